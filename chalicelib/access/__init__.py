"""Who is asking: machine tokens, phones at tills, and what each may do."""
