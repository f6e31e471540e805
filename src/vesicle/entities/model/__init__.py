"""Nouns of this room. The kinds of entities are what others ask for most, so they can be had from here."""

from vesicle.entities.model.entity import KINDS, TABLES, AnyEntity, AnyVersionable, Entity, FileEntity, Versionable

__all__ = ["KINDS", "TABLES", "AnyEntity", "AnyVersionable", "Entity", "FileEntity", "Versionable"]
