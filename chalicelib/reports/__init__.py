"""What a year of visits has come to, told so that no child can be seen in it."""
