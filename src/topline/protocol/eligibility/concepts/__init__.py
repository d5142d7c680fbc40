"""Families of concepts: each reads one kind of statement (age, performance status, stage ...) from an item's text."""

from collections.abc import Callable

from topline.protocol.eligibility.concepts import (
    bleeding,
    consent,
    disease,
    general,
    heart,
    immunity,
    infection,
    laboratory,
    lesion,
    lung,
    malignancy,
    metastasis,
    organ,
    performance,
    person,
    reproduction,
    stage,
    survival,
    therapy,
    toxicity,
    washout,
)
from topline.protocol.eligibility.match import Match, Polarity

Find = Callable[[str, Polarity], list[Match]]

FAMILIES: tuple[Find, ...] = (
    *(reproduction.find, person.find, performance.find, disease.find, stage.find, lesion.find, survival.find),
    *(laboratory.find, organ.find, therapy.find, washout.find, toxicity.find, malignancy.find, metastasis.find),
    *(infection.find, immunity.find, heart.find, lung.find, bleeding.find, general.find, consent.find),
)
"""What reads items. Of two matches of one length the one of the earlier family is taken."""
