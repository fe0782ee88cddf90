"""What the source of X is made of: its rules, its budget, its lines and its refusals."""
