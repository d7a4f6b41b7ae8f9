# wilcoxon.R CASES SEED: random pairs of samples, and what R says of them.
# One case a line, fields apart by blanks:
#   m n confidence  x (m values)  y (n values)  U
#   exact:        p two-sided, less, greater; estimate, low, high (NA: ties,
#                 or 50 values and more)
#   approximate:  the same
#   permutations: p less, greater (exactRankTests; NA: not there, or large)
#   median of x, median of y, Cohen's d, ratio of means
arguments <- commandArgs(trailingOnly = TRUE)
cases <- as.integer(arguments[1])
set.seed(as.integer(arguments[2]))
options(warn = -1)
has_permutations <- requireNamespace("exactRankTests", quietly = TRUE)

# Below 1e-15 R's uniroot cannot go; the default is 1e-4.
TOLERANCE <- 1e-10

draw <- function(kind, n, shift) {
	signif(switch(kind,
		normal = rnorm(n, shift),
		heavy = rexp(n)^2 * (1 + abs(shift)),
		latency = exp(rnorm(n, 4 + shift / 3, 0.5)),
		whole = round(rnorm(n, 3 * shift, 3)),
		rounded = round(rnorm(n, shift), 1),
		zeros = ifelse(runif(n) < 0.7 - shift / 5, 0, rpois(n, 4)),
		coin = as.numeric(runif(n) < 0.5 + shift / 5),
		far = rnorm(n, 50 * shift)), 12)
}

one <- function() {
	kind <- sample(c("normal", "heavy", "latency", "whole", "rounded",
		"zeros", "coin", "far"), 1)
	most <- sample(c(6, 12, 25, 49, 70), 1)
	list(x = draw(kind, sample(most, 1), sample(c(0, 0.5, 2), 1)),
		y = draw(kind, sample(most, 1), 0),
		confidence = sample(c(0.8, 0.9, 0.95, 0.98, 0.99), 1))
}

ask <- function(c, exact) {
	p <- function(side) wilcox.test(c$x, c$y, exact = exact,
		alternative = side)$p.value
	t <- tryCatch(wilcox.test(c$x, c$y, exact = exact, conf.int = TRUE,
		conf.level = c$confidence, tol.root = TOLERANCE),
		error = function(e) list(estimate = NA, conf.int = c(NA, NA)))
	c(p("two.sided"), p("less"), p("greater"), t$estimate, t$conf.int)
}

permutations <- function(c) {
	if (!has_permutations || max(length(c$x), length(c$y)) > 49)
		return(c(NA, NA))
	p <- function(side) exactRankTests::wilcox.exact(c$x, c$y,
		alternative = side, exact = TRUE)$p.value
	c(p("less"), p("greater"))
}

effects <- function(c) {
	m <- length(c$x)
	n <- length(c$y)
	pooled <- sqrt((sum((c$x - mean(c$x))^2) + sum((c$y - mean(c$y))^2)) /
		(m + n - 2))
	c(median(c$x), median(c$y), (mean(c$x) - mean(c$y)) / pooled,
		mean(c$x) / mean(c$y))
}

for (i in seq_len(cases)) {
	c <- one()
	m <- length(c$x)
	n <- length(c$y)
	u <- wilcox.test(c$x, c$y, exact = FALSE)$statistic
	exact <- rep(NA, 6)
	if (!anyDuplicated(c(c$x, c$y)) && m < 50 && n < 50)
		exact <- ask(c, TRUE)
	cat(m, n, c$confidence, sprintf("%.12g", c(c$x, c$y)), u,
		sprintf("%.15g", c(exact, ask(c, FALSE), permutations(c),
		effects(c))), "\n")
}
