"""Every write: one module per subject. An action takes keywords, ends in who did it (`by=`), and lands in the audit."""
