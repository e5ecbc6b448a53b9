"""The product on one machine: the embedded DynamoDB, an issuer of tokens, a demo municipality, one port."""
