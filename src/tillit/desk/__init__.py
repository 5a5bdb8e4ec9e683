"""Who has the word: conversations have one owner at every moment, and what is handed over is written down."""
