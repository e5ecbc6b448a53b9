"""What a deployment is made of: the cloud template, and the same product on one machine."""
