-- Whoever starts work that must not run twice looks for the jobs of its kind that run.

-- ----------------------------------------------------------------------- jobs
CREATE INDEX async_job_running ON async_job (kind) WHERE state = 'PROCESSING';
