"""Load in Locust's hands: what its users ask is made from the document, what came of it is reckoned up."""
