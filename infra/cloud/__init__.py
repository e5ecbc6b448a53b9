"""The cloud: what CloudFormation builds, and what is put into it."""
