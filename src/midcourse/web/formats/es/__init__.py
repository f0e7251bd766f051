"""Spanish in schools of the United States, Mexico and the Caribbean."""
