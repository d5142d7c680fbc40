"""The estimands of deterioration in words, and the notes that say how scores, visits and missing answers are taken."""

from markupsafe import Markup

from topline.protocol.criteria import DeteriorationRule
from topline.report.markup import Text, element, joined, say
from topline.report.view import View

LABELS = ("Time to Deterioration", "Time to Definitive Deterioration")
"""Names of estimands that have a translation: those of the protocol's defaults; another one stands as it is written."""

REFERENCES = {
    "baseline": "reference: the score at baseline",
    "best previous": "reference: the best score so far",
    "previous": "reference: the last score before",
}
DEFINITIVE = {
    "no": "the first such score counts, whatever follows",
    "stays deteriorated": "definitive: every later score is worse than the reference by the margin, too",
    "no improvement on reference": "definitive: no later score is better than the reference by the margin",
    "no improvement on itself": "definitive: no later score is better than the deteriorated one by the margin",
}
LAST_SCORE = {
    "counts": "a deterioration at the last score counts",
    "ignored": "a deterioration at the last score does not count",
}
DEATH = {
    "censor": "death without deterioration is censored at the last score",
    "event": "death without deterioration is an event",
}
NO_BASELINE = {
    "censor": "without baseline score: censored at the start",
    "event": "without baseline score: an event at the start",
    "exclude": "without baseline score: not analysed",
}
NO_FOLLOW_UP = {
    "censor": "with a baseline score only: censored on the day after the start",
    "event": "with a baseline score only: an event on the day after the start",
}
ZERO = {"first dose": "the first dose", "enrolment": "enrolment", "randomization": "randomisation"}


def rule_name(rule: DeteriorationRule) -> Markup:
    """Return what an estimand of deterioration is called, with its code."""
    label = say(rule.label) if rule.label in LABELS else element("span", rule.label)
    return joined([label, f" · {rule.id}"])


def rule_words(rule: DeteriorationRule) -> Markup:
    """Return the switches of an estimand in words: reference, margin, what is definitive, death, who lacks scores."""
    margin = (
        say("margin: the minimal important difference of the scale")
        if rule.margin is None
        else say("margin: {points} points", points=f"{rule.margin:g}")
    )
    parts: list[Text] = [say(REFERENCES[rule.reference]), margin, say(DEFINITIVE[rule.definitive])]
    if rule.definitive != "no":
        parts.append(say(LAST_SCORE[rule.last_score]))
    parts += [say(DEATH[rule.death]), say(NO_BASELINE[rule.no_baseline]), say(NO_FOLLOW_UP[rule.no_follow_up])]
    return joined([element("strong", rule_name(rule)), ": ", joined(parts, "; "), "."])


def form_notes(view: View) -> tuple[Text, ...]:
    """Return when a form is due, and what is missing where."""
    cycles = view.protocol.schedule.questionnaire_cycles
    every = (
        say("the beginning of every cycle") if cycles == 1 else say("the beginning of every {n} cycles", n=str(cycles))
    )
    return (
        say(
            "A form is due at baseline and at {every} (day 1 of the cycle named), until the end of treatment, "
            "progression or death.",
            every=every,
        ),
        say(
            "Missing form: it was due and nothing came back. Missing item: the form came back with gaps. A form that "
            "came back though none was due counts among those of all subjects only."
        ),
        say("Percentages with exact (Clopper-Pearson) {level} intervals.", level=view.confidence),
    )


def score_notes() -> tuple[Text, ...]:
    """Return how scores come from items."""
    return (
        say(
            "Scores run from 0 to 100. A scale with fewer than half of its items answered has no score; a summary "
            "score needs all of its scales. Nothing is imputed."
        ),
        say("Margin: the minimal important difference of the scale; the file of the questionnaire states its source."),
    )


def change_notes(view: View) -> tuple[Text, ...]:
    """Return how changes and rates are to be read, and who is in them."""
    return (
        say(
            "Observed: change from baseline of those who answered at both visits while forms were due, with Student's "
            "t interval. Who stopped answering was often worse than who went on."
        ),
        say(
            "Mixed model: mean change per visit at the mean baseline score; model for repeated measures by restricted "
            "maximum likelihood, baseline score as covariate, standard errors and degrees of freedom by Kenward and "
            "Roger. It takes missing answers as missing at random given the earlier ones; whoever died has no later "
            "score."
        ),
        say(
            "The model ends with the last visit at which 10 subjects, and a fifth of those with a change, had a "
            "change in any scale of the questionnaire; the table with the last one that 5 had."
        ),
        say(
            "Better, worse: by the margin or more; n (%) of those with a change at the visit and exact {level} "
            "interval. Who did not answer is in neither.",
            level=view.confidence,
        ),
        say("No p-values: the scales and visits are many and the intervals are not adjusted for their number."),
    )


def time_notes(view: View) -> tuple[Text, ...]:
    """Return the estimands in words, and what the times count."""
    zero = say(ZERO[view.protocol.schedule.time_zero])
    return (
        *(rule_words(rule) for rule in view.protocol.criteria.deteriorations),
        say(
            "Months from {zero}, by Kaplan-Meier with log-log (Brookmeyer-Crowley) {level} interval. Every received "
            "score counts, also one that came when forms were due no more. NR: not reached.",
            zero=zero,
            level=view.confidence,
        ),
        say(
            "A deterioration is dated at the form that shows it: with forms so far apart the time is known to the "
            "interval between them only."
        ),
    )
