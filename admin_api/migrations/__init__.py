"""How the admin API's tables came to be, release by release."""
