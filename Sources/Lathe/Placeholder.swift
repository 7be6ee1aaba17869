// Lathe
