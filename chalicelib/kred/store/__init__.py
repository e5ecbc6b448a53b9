"""Where TimeKred is kept: a store for each subject."""
