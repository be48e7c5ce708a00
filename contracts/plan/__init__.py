"""What is asked, in which order, under which budget; nothing here sends."""
