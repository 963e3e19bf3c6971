"""The words of the house: frozen types that flow between rooms, and the ports of hands. Imports nothing of ours."""
