"""Decimal point and thousands comma, as in Mexico, the Caribbean and the United States (CLDR es-419, es-US)."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
