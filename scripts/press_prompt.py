"""What a language model is asked about a press article. Its answer has no free text: words of ours, or none at all."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from scripts.language_model import Prompt
from scripts.models import Offence, Stage

INSTRUCTIONS = """
You read one article of the French press for a public record of politicians and justice.
`is_judicial`: whether its subject is a matter of justice (an inquiry, a charge, a trial, a judgment, a complaint) that
concerns a politician. A debate about laws on justice, or a crime without a politician, is none.
`politicians`: one entry for each politician of the document `politicians` who has a part in that matter, by slug; none
where the article is not judicial. `part` is what the article says they are in it:
- accused: under inquiry, charged, on trial or judged themselves;
- victim: of what was done, without having complained;
- complainant: who has lodged the complaint;
- commenting: who speaks of it;
- other: named for another reason, or when in doubt.
For who is accused: `offence` is the gravest one that they are accused of, AUTRE if none fits; `stage` is the furthest
that justice has come with them, INCONNU where the article does not say. For the others: AUTRE and INCONNU.
Say what the article states, not what you know or suppose.
"""


class Part(StrEnum):
    ACCUSED = "accused"
    VICTIM = "victim"
    COMPLAINANT = "complainant"
    COMMENTING = "commenting"
    OTHER = "other"


class Closed(BaseModel):
    """Nothing that was not asked for, and nothing that only resembles it, such as "yes" for true."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Involved(Closed):
    slug: str
    part: Part
    offence: Offence
    stage: Stage


class Answer(Closed):
    is_judicial: bool
    politicians: list[Involved]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if len({one.slug for one in self.politicians}) < len(self.politicians):
            raise ValueError("a politician stands in it twice")
        if self.accused and not self.is_judicial:
            raise ValueError("somebody is accused, and it is not judicial")
        return self

    @property
    def accused(self) -> list[Involved]:
        return [one for one in self.politicians if one.part is Part.ACCUSED]


def prompt(slugs: Collection[str]) -> Prompt[Answer]:
    """The shape allows these politicians and no other."""
    one: Any = Involved
    if slugs:
        known: Any = Literal[tuple(slugs)]
        one = create_model("Involved", __base__=Involved, slug=known)
    some: Any = Annotated[list[one], Field(max_length=len(slugs))]
    return Prompt(INSTRUCTIONS, create_model("Answer", __base__=Answer, politicians=some))


def documents(title: str, excerpt: str, text: str, politicians: Mapping[str, str]) -> dict[str, object]:
    """What the user's message holds: `politicians` are names by slug."""
    return {
        "article": {"title": title, "excerpt": excerpt, "text": text},
        "politicians": [{"slug": slug, "name": name} for slug, name in politicians.items()],
    }
