"""What a photo is: its format, decoded safely, and listed in the manifest."""
