"""Faces: find, grade, align and crop them, keep the crops, paste results back."""
