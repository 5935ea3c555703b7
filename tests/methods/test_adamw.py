"""The one optimiser of the small networks: torch's numbers, without torch's compiler."""

from __future__ import annotations

import subprocess
import sys

import torch
from torch import Tensor, nn

from embedcore.methods.adamw import AdamW, one_cycle


def weights() -> list[nn.Parameter]:
    g = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(shape, generator=g)) for shape in ((30, 4), (4,))]


def error(some: list[nn.Parameter], step: int) -> Tensor:
    return ((some[0] * (step + 1)).sin().sum(0) * some[1]).square().sum()


def test_the_steps_are_those_of_torch() -> None:
    for fused in (False, True):
        ours, expected = weights(), weights()
        optimizer = AdamW([(ours[:1], 0.02), (ours[1:], 0.0)], betas=(0.9, 0.99), fused=fused)
        groups = [{"params": expected[:1], "weight_decay": 0.02}, {"params": expected[1:], "weight_decay": 0.0}]
        reference = torch.optim.AdamW(groups, lr=0.03, betas=(0.9, 0.99), fused=fused, foreach=False)
        cycle = torch.optim.lr_scheduler.OneCycleLR(reference, 0.03, total_steps=40, pct_start=0.15)
        for step in range(40):
            reference.zero_grad()
            error(expected, step).backward()
            reference.step()
            cycle.step() if step < 39 else None
            error(ours, step).backward()
            rate, momentum = one_cycle(step, 40, 0.03)
            optimizer.step(rate, momentum=momentum)
            for a, b in zip(ours, expected, strict=True):
                assert torch.equal(a, b)


def test_groups_may_have_rates_of_their_own() -> None:
    moved, still = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))
    adam = AdamW([([moved], 0.0), ([still], 0.0)])
    (moved.sum() + still.sum()).backward()
    adam.step(0.1, 0.0)
    assert not torch.equal(moved, torch.ones(3))
    assert torch.equal(still, torch.ones(3))


def test_rows_without_a_gradient_stay_and_the_others_move_as_torch_moves_them() -> None:
    (ours, _), (expected, _) = weights(), weights()
    before, optimizer = ours.detach().clone(), AdamW([([ours], 0.0)])
    reference = torch.optim.SparseAdam([expected], lr=0.03)
    for step in range(20):
        rows = torch.tensor([1, 5, 5, 7 + step % 3])
        for w in (ours, expected):
            nn.functional.embedding(rows, w, sparse=True).sin().sum().backward()
        optimizer.step(0.03)
        reference.step()
        reference.zero_grad()
    torch.testing.assert_close(ours, expected)
    assert torch.equal(ours[10:], before[10:])


def test_a_step_loads_no_compiler() -> None:
    code = (
        "import sys, torch\n"
        "from embedcore.methods.adamw import AdamW\n"
        "w = torch.nn.Parameter(torch.ones(3))\n"
        "w.sum().backward()\n"
        "AdamW([([w], 0.1)]).step(0.1)\n"
        "assert float(w.detach()[0]) < 1\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
