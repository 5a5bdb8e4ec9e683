"""What every page stands on: the frame, the stylesheet, the words, numbers in the reader's locale."""
