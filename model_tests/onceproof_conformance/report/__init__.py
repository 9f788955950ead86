"""What people see of the results."""
