"""How much may still be asked of a server, remembered between runs, waited for when spent."""
