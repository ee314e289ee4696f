"""Many photos or new portraits into a folder, with an index: nothing is made twice, and a killed run is continued."""
