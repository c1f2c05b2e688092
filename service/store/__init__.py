"""THE ARCHIVE — tables, every query, and the one transaction of each verb."""
