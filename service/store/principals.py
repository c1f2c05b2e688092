"""The tables of those in whose name one applies: who they are, and who may act for them."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from service.store.columns import instant, json_column


class Subject(SQLModel, table=True):
    """主体 — somebody in whose name one applies, as a register has confirmed; known by the number of the identity document."""

    __tablename__ = "subjects"
    number: str = Field(primary_key=True)
    kind: str  # individual | sole-trader | enterprise | organisation
    document: str  # kind of the identity document
    name: str
    verified_at: datetime = instant()
    source: str  # which register said so
    receipt: str  # its receipt


class Representation(SQLModel, table=True):
    """代表、代理 — who may act for a subject, in which role, for what, until when; ended, never deleted."""

    __tablename__ = "representations"
    __table_args__ = (
        Index("representations_holder", "holder"),
        Index("representations_subject", "subject"),
    )
    id: str = Field(primary_key=True)
    subject: str  # for whom
    holder: str  # who acts: number of a person, or of the company that is the agent
    holder_name: str
    role: str  # owner | legal_representative | authorised | agent
    bundles: list[str] = json_column(list)  # of an agent: for which; none named: for every one
    cases: list[str] = json_column(list)  # of an agent: cases that are there already
    document: str = ""  # what proves it: the receipt of a register, a deed
    until_on: date | None = None
    given_by: str  # the account
    given_at: datetime = instant()
    accepted_by: str = ""  # the account; what a register says needs nobody to accept it
    accepted_at: datetime | None = instant(default=None, nullable=True)
    ended_by: str = ""
    ended_at: datetime | None = instant(default=None, nullable=True)
    ending: str = ""  # revoked | declined | given_back
