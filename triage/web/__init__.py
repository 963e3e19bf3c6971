"""Pages and API of the queue. Shows what is stored; never changes anything in the ERP."""
