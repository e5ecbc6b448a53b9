"""What a card carries: its number, its signed token, the keys behind them."""
