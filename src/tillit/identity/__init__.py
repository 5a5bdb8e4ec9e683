"""Who it was: links between identifiers, and the persons that they make."""
