"""Effect, options, policy and route, rank, note, drafts. Advises people; never acts."""
