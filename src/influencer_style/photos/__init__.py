"""What a photo is: decoded safely, consented to, and listed in the manifest."""
