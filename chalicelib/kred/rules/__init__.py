"""What holds in TimeKred, decided from facts alone, a module for each subject."""
