# Counts Istio's default text access log by what our counters are made of. Run with LC_ALL=C, or mawk decodes for nothing.
# Output: count, then code, flags and details, authority, cluster and route, each behind a tab.
BEGIN { FS = "\"" }
NF == 15 { split($3, a, " "); split($15, c, " "); n[a[1] " " a[2] " " a[3] "\t" $12 "\t" c[1] "\t" c[6]]++; next }
{ bad++ }
END { for (k in n) print n[k] "\t" k; print bad + 0 "\tunparsed" }
