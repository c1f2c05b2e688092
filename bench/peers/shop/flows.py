"""The matter as a flow of viewflow."""

from matter import STEPS, WAVES
from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow import views
from viewflow.workflow.models import Process


def _task(then):
    view = views.UpdateProcessView.as_view(fields=[])
    return flow.View(view).Assign(username="clerk").Next(getattr(this, then))


def _nodes():
    """Yield the nodes by name: a split, chains of tasks, a join, for each wave."""
    for number, wave in enumerate(WAVES):
        split = flow.Split()
        for item in wave:
            split = split.Next(getattr(this, f"{item}_{STEPS[0]}"))
            chain = [f"{item}_{step}" for step in STEPS]
            for task, then in zip(chain, [*chain[1:], f"join{number}"], strict=True):
                yield task, _task(then)
        last = number + 1 == len(WAVES)
        yield f"split{number}", split
        yield (
            f"join{number}",
            flow.Join().Next(this.end if last else getattr(this, f"split{number + 1}")),
        )


class Matter(flow.Flow):
    """One application, five items."""

    process_class = Process
    lock_impl = lock.SelectForUpdateLock()
    start = flow.StartHandle(this.begin).Next(this.split0)
    for _name, _node in _nodes():
        locals()[_name] = _node
    end = flow.End()

    def begin(self, activation):
        """Begin a case."""
        return activation.process
