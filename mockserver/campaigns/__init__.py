"""What an operation answers: from the organisation, or from the document alone."""
