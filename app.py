"""The table of contents: who comes through which doors, and what runs by the clock."""

from chalice.app import Chalice

from chalicelib.api import (
    audit,
    close_months,
    finance,
    flagged,
    holder,
    issuers,
    kred_activities,
    kred_attestations,
    kred_currencies,
    kred_impact,
    kred_members,
    kred_notes,
    kred_papers,
    kred_sessions,
    kred_spending,
    office,
    open_doors,
    prints,
    proofs,
    renewals,
    scan,
    seal_hours,
    staff,
    statistics,
    suspects,
    tags,
    units,
)
from chalicelib.api.endpoint import register

app = Chalice(app_name="opplev")
register(
    app,
    office.doors,
    issuers.doors,
    prints.doors,
    renewals.doors,
    units.doors,
    scan.doors,
    staff.doors,
    holder.doors,
    finance.doors,
    statistics.doors,
    audit.doors,
    suspects.doors,
    flagged.doors,
    tags.doors,
    kred_attestations.doors,
    kred_impact.doors,
    kred_notes.doors,
    kred_papers.doors,
    kred_currencies.doors,
    kred_activities.doors,
    proofs.doors,
    kred_members.doors,
    kred_sessions.doors,
    kred_spending.doors,
    open_doors.doors,
)


@app.lambda_function(name="close_month")
def close_month(event: dict[str, object], context: object) -> dict[str, str]:
    """Close the month that has ended, for every municipality; a schedule in Oslo time calls it on the 1st."""
    return close_months.run(event, context)


@app.lambda_function(name="seal_audit")
def seal_audit(event: dict[str, object], context: object) -> dict[str, int]:
    """Seal the book of changes, for every municipality; a schedule calls it sixteen minutes past every hour."""
    return seal_hours.run(event, context)
