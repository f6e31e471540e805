-- Repositories of images are looked up by their name.

-- ------------------------------------------------------------------- entities
CREATE INDEX entity_version_repository ON entity_version ((content ->> 'repositoryName'))
    WHERE content ? 'repositoryName';
