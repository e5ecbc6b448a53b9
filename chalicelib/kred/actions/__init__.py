"""What is done in TimeKred: a desk for each subject."""
