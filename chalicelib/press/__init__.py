"""The print shop: fonts, letters and a pen for every paper the town hall prints."""
