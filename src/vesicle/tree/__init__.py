"""The bare tree: node, parent, kind, benefactor, project, organization; nothing about content."""
