"""Projects, folders, files: their versions, annotations, and who may see them."""
