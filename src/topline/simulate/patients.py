"""A block of virtual patients: who they are, their tumours, and what would happen to them."""

from dataclasses import dataclass

from topline.protocol.model import Protocol
from topline.simulate.accrual import longest_follow_up
from topline.simulate.draws import Draws
from topline.simulate.subject import Cohort
from topline.simulate.survival import Latent, draw_latent
from topline.simulate.truth import Truth
from topline.simulate.tumour import Tumours, draw_tumours


@dataclass(frozen=True, slots=True)
class Patients:
    """n patients, before anything of them is seen or recorded; `horizon` is the longest possible follow-up [days]."""

    cohort: Cohort
    tumours: Tumours
    latent: Latent
    horizon: int

    def __len__(self) -> int:
        return len(self.cohort.zero)


def draw_patients(protocol: Protocol, truth: Truth, cohort: Cohort, draws: Draws) -> Patients:
    """Draw disease and latent events of the patients of this cohort."""
    tumours = draw_tumours(truth, protocol.criteria.response, draws, len(cohort.zero))
    horizon = longest_follow_up(protocol, truth.conduct)
    return Patients(cohort, tumours, draw_latent(truth, tumours, cohort.ecog, draws, horizon), horizon)
