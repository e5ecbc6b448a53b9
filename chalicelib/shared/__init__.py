"""What every floor may use: answers, calendar, money and ids, from the standard library only."""
