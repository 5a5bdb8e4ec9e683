"""When can a customer and one of us meet? Free times, and what a calendar is told of them."""
