"""The words of the house: frozen types that flow between rooms, and the ports that hands satisfy. Imports nothing of ours."""
