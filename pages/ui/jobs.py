"""Jobs on screen: a line in the sidebar on every page, a panel where one was started, a button that starts it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from embedcore.jobs import Job, JobKind, Train
from embedcore.progress import FIRST, PREVIEW
from pages.ui import charts, pictures, services
from pages.ui.text import clock, duration, plain
from pages.ui.texts import CANCEL, FORGET, INTERRUPTED, RUN_AGAIN, STOPPED


def strip() -> None:
    """The live jobs in the sidebar; polls only while there are any."""
    live = services.jobs().live()
    st.session_state["jobs:live"] = tuple(j.id for j in live)
    if live:
        with st.sidebar:
            _strip()


@st.fragment(run_every=1.0)
def _strip() -> None:
    live = services.jobs().live()
    if tuple(j.id for j in live) != st.session_state.get("jobs:live"):
        st.rerun()
    for job in live:
        st.caption(f":material/progress_activity: {plain(job.title)}")
        st.progress(fraction(job), text=_where(job))


def offer(
    work: JobKind,
    label: str,
    *,
    key: str,
    icon: str,
    about: Callable[[], None] | None = None,
    note: str = "",
    by_itself: bool = False,
) -> None:
    """A job whose result is not there yet: its progress while it runs, else what went wrong and a button to start it.
    The page reruns when it is done.

    about: draws what is above the button, in a frame. note: above the progress. by_itself: start without the button,
    unless it failed or was stopped."""
    jobs = services.jobs()
    live = jobs.find(work)
    last = None if live else jobs.last(work)
    if last is not None and last.state == "done" and work.stored(services.store()) is not None:
        st.rerun()
    if live is None and by_itself and (last is None or last.state not in ("failed", "cancelled")):
        live = jobs.submit(work)
        if live.state == "done":
            st.rerun()
    if live is not None:
        _seen()[f"{work.kind}:{work.key}"] = live.id
        if note:
            st.caption(note)
        panel(live.id)
        return
    if last is not None and (last.state != "cancelled" or last.id in _seen().values()):
        panel(last.id)
    with st.container(border=about is not None):
        if about is not None:
            about()
        if st.button(label, type="primary", icon=icon, key=key):
            _seen()[f"{work.kind}:{work.key}"] = jobs.submit(work).id
            st.rerun()


def seen(of: type[JobKind]) -> bool:
    """Whether a job of this kind was started in this session."""
    return any(name.startswith(f"{of.kind}:") for name in _seen())


def _seen() -> dict[str, str]:
    found: dict[str, str] = st.session_state.setdefault("jobs:seen", {})
    return found


def shows(id: str) -> bool:
    """Whether a training shows a first answer."""
    return services.jobs().shown(id, FIRST) is not None


def panel(id: str) -> bool:
    """One job: progress, seconds left, the loss, cancel; or what went wrong. Returns whether there is a first answer to
    draw below it."""
    job = services.jobs().get(id)
    if job is None:
        return False
    if job.live:
        _panel(id, first=(first := shows(id)))
        return first
    elif job.state == "failed":
        st.error(f"{plain(job.message)}  \n{plain(job.hint)}", icon=":material/error:")
        if RUN_AGAIN in job.hint:
            _again(id)
    elif job.state == "cancelled":
        st.info(f"{plain(job.title)} {STOPPED}", icon=":material/cancel:")
    elif job.state == "interrupted":
        st.warning(interrupted(job), icon=":material/history:")
        _again(id)
    return False


def interrupted(job: Job) -> str:
    """What is told of a job that the end of a server cut short."""
    return f"**{plain(job.title)}** {INTERRUPTED} ({clock(job.finished or job.created)})."


def _again(id: str) -> None:
    """The button to run a job again, and the one to hear no more of it."""
    with st.container(horizontal=True):
        if st.button(RUN_AGAIN, key=f"retry:{id}", icon=":material/refresh:"):
            services.jobs().retry(id)
            st.rerun()
        if st.button(FORGET, key=f"forget:{id}", type="tertiary"):
            services.jobs().forget(id)
            st.rerun()


@st.fragment(run_every=0.7)
def _panel(id: str, *, first: bool) -> None:
    """first: whether the page shows a first answer already."""
    job = services.jobs().get(id)
    if job is None or not job.live or (not first and shows(id)):
        st.rerun()
        return
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.markdown(f"**{plain(job.title)}**")
        if right.button(CANCEL, key=f"cancel:{id}", icon=":material/stop_circle:", width="stretch"):
            services.jobs().cancel(id)
            st.rerun()
        st.progress(fraction(job), text=_where(job))
        if job.note:
            st.caption(plain(job.note))
        if job.kind == Train.kind and (drawn := services.jobs().shown(id, PREVIEW)):
            with suppress(OSError):  # the training has just ended
                pictures.learned(drawn.read_bytes())
        if len(job.losses) > 1:
            st.altair_chart(
                charts.loss_curve(job.losses),
                width="stretch",
                key=f"loss:{id}",
                alt="Line chart: the loss of the model so far",
            )


def fraction(job: Job) -> float:
    """How much of the job is done, 0 to 1."""
    return min(1.0, job.step / job.of) if job.of else 0.0


def _where(job: Job) -> str:
    if job.state == "queued":
        return f"waiting, {job.position} before it" if job.position else "starting"
    if not job.of:
        return "starting"
    parts = [f"step {job.step:,} of {job.of:,}"]
    if job.losses:
        parts.append(f"loss {job.losses[-1][1]:.4f}")
    if job.seconds_left is not None:
        about = "" if job.seconds_left < 1 else "about "
        parts.append(f"{about}{duration(job.seconds_left)} left")
    return " · ".join(parts)
