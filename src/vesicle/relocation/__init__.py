"""What moves between buckets and vesicle by durable work: registrations, and the comparison of records with buckets."""
