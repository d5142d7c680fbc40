"""Every public name of the design room, gathered for the facade `topline.design`."""

from topline.design.bayes.bop2 import Bop2Design, Bop2Rule, bop2, bop2_boundary
from topline.design.bayes.bop2_toxicity import Bop2ToxicityDesign, bop2_toxicity
from topline.design.bayes.posterior import PosteriorDesign, PosteriorRule, posterior_boundary, posterior_design
from topline.design.bayes.predictive import (
    PredictiveDesign,
    PredictiveRule,
    predictive_boundary,
    predictive_designs,
    predictive_probability,
    predictive_probability_design,
)
from topline.design.bayes.thall_simon import ThallSimonDesign, ThallSimonRule, thall_simon, thall_simon_boundary
from topline.design.bivariate.bryant_day import bryant_day, bryant_day_designs
from topline.design.bivariate.rule import (
    BivariateBoundary,
    BivariateCharacteristics,
    BivariateDesign,
    BivariateHypotheses,
    bivariate_characteristics,
)
from topline.design.comparison.boundary_plot import boundary_picture
from topline.design.comparison.browse import frontier_table, render_grid
from topline.design.comparison.capability import Capability, capability, told
from topline.design.comparison.origin import Endpoint, Origin, origins
from topline.design.comparison.page import Comparison, Provenance, render_comparison
from topline.design.comparison.paragraph import Context, paragraph
from topline.design.comparison.plot import difference_curves, expected_curves, operating_curves, sample_sizes
from topline.design.comparison.time_origin import TimeOrigin, time_origins
from topline.design.conduct.attained import green_dahlberg, recomputed, unchanged
from topline.design.conduct.conditional import ConditionalRule
from topline.design.conduct.dropout import Losses, assured, inflated, losses
from topline.design.conduct.interim import Ahead, Decision, Verdict, conditional_power, decide, predictive_success
from topline.design.conduct.unconfirmed import Confirmation, confirmation, reversal, success_after_any
from topline.design.looks import Looks
from topline.design.precision import Precision, PrecisionDesign, precision
from topline.design.rate.curtailed import curtailed, largest_futility
from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.frontier import Admissible, admissible, frontier, grid
from topline.design.rate.gehan import GehanCharacteristics, GehanDesign, gehan
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import fleming, single_stage
from topline.design.rate.three_stage import three_stage
from topline.design.single_arm import SingleArmDesign
from topline.design.survival.duration import Accrual, Duration, duration
from topline.design.survival.enrolment import Enrolment
from topline.design.survival.exponential import ExponentialDesign, exponential, exponential_events
from topline.design.survival.kwak_jung import kwak_jung
from topline.design.survival.landmark import LandmarkDesign, landmark_count, landmark_rate
from topline.design.survival.one_sample_logrank import LogrankDesign, logrank_patients, one_sample_logrank
from topline.design.survival.two_stage_logrank import TwoStageLogrankDesign
from topline.design.survival.weibull import SurvivalHypotheses, Weibull
from topline.design.to_protocol import from_protocol
from topline.design.toxicity import ToxicityDesign, pocock_toxicity, posterior_toxicity
from topline.protocol.rule.boundary import Boundary, OperatingCharacteristics, operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.inference import Beta, Inference, Settings, inference, umvue

__all__ = [
    "Accrual",
    "Admissible",
    "Ahead",
    "Beta",
    "BivariateBoundary",
    "BivariateCharacteristics",
    "BivariateDesign",
    "BivariateHypotheses",
    "Bop2Design",
    "Bop2Rule",
    "Bop2ToxicityDesign",
    "Boundary",
    "Capability",
    "Comparison",
    "ConditionalRule",
    "Confirmation",
    "Context",
    "Decision",
    "Duration",
    "Endpoint",
    "Enrolment",
    "ExponentialDesign",
    "GehanCharacteristics",
    "GehanDesign",
    "Hypotheses",
    "Inference",
    "LandmarkDesign",
    "LogrankDesign",
    "Looks",
    "Losses",
    "OperatingCharacteristics",
    "Origin",
    "PosteriorDesign",
    "PosteriorRule",
    "Precision",
    "PrecisionDesign",
    "PredictiveDesign",
    "PredictiveRule",
    "Provenance",
    "Settings",
    "SingleArmDesign",
    "SurvivalHypotheses",
    "ThallSimonDesign",
    "ThallSimonRule",
    "TimeOrigin",
    "ToxicityDesign",
    "TwoStageLogrankDesign",
    "Verdict",
    "Weibull",
    "admissible",
    "assured",
    "bivariate_characteristics",
    "bop2",
    "bop2_boundary",
    "bop2_toxicity",
    "boundary_picture",
    "bryant_day",
    "bryant_day_designs",
    "capability",
    "conditional_power",
    "confirmation",
    "curtailed",
    "decide",
    "difference_curves",
    "duration",
    "expected_curves",
    "exponential",
    "exponential_events",
    "fleming",
    "from_protocol",
    "frontier",
    "frontier_table",
    "gehan",
    "green_dahlberg",
    "grid",
    "inference",
    "inflated",
    "kwak_jung",
    "landmark_count",
    "landmark_rate",
    "largest_futility",
    "logrank_patients",
    "losses",
    "mander_thompson",
    "one_sample_logrank",
    "operating_characteristics",
    "operating_curves",
    "origins",
    "paragraph",
    "pocock_toxicity",
    "posterior_boundary",
    "posterior_design",
    "posterior_toxicity",
    "precision",
    "predictive_boundary",
    "predictive_designs",
    "predictive_probability",
    "predictive_probability_design",
    "predictive_success",
    "recomputed",
    "render_comparison",
    "render_grid",
    "reversal",
    "sample_sizes",
    "simon",
    "single_stage",
    "success_after_any",
    "thall_simon",
    "thall_simon_boundary",
    "three_stage",
    "time_origins",
    "told",
    "umvue",
    "unchanged",
]
