"""Rounding to serverless sizes, and Spark's memory formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.pods.sizes import (
    Spec,
    TooLargeError,
    billed,
    fit,
    fitting_heaps,
    is_row,
    memory_request,
    nearest_lower,
    nearest_row,
    regions_with_finer_sizes,
    round_up,
    specs,
    wasted_share,
)

FINER, COARSE = "cn-hangzhou", "eu-central-1"
regions = st.sampled_from([FINER, COARSE, "cn-beijing"])
vcpus = st.floats(0.1, 64)
gibs = st.floats(0.1, 512)


@pytest.mark.parametrize(
    ("vcpu", "gib", "region", "spot", "expected"),
    [
        (7, 13, FINER, False, Spec(8, 14)),
        (7, 13, COARSE, False, Spec(8, 16)),
        (4.25, 8.5, FINER, False, Spec(6, 10)),
        (4.25, 16.5, FINER, True, Spec(8, 32)),
        (4, 17.6, FINER, False, Spec(4, 18)),
        (4, 17.6, COARSE, False, Spec(4, 32)),
        (4, 16, COARSE, False, Spec(4, 16)),
        (0.25, 0.5, COARSE, False, Spec(0.25, 0.5)),
        (1, 1, FINER, True, Spec(2, 2)),
        (52, 100, COARSE, False, Spec(52, 192)),
    ],
)
def test_sizes_round_as_the_vendor_says(vcpu: float, gib: float, region: str, spot: bool, expected: Spec) -> None:
    assert round_up(vcpu, gib, region, spot) == expected


@given(vcpus, gibs, regions, st.booleans())
def test_a_rounded_size_holds_the_request_and_rounds_to_itself(v: float, g: float, region: str, spot: bool) -> None:
    spec = round_up(v, g, region, spot)
    assert spec.vcpu >= v
    assert spec.gib >= g
    assert round_up(spec.vcpu, spec.gib, region, spot) == spec
    assert is_row(spec.vcpu, spec.gib, region, spot)
    assert 0 <= wasted_share(v, g, region, spot) < 1


@given(vcpus, gibs, regions, st.booleans())
def test_no_size_with_as_few_vcpu_is_smaller(v: float, g: float, region: str, spot: bool) -> None:
    chosen = round_up(v, g, region, spot)
    assert not [s for s in specs(region, spot) if s.vcpu >= v and s.gib >= g and s < chosen]


@given(vcpus, gibs)
def test_finer_regions_never_bill_more_memory_for_the_same_vcpu(v: float, g: float) -> None:
    fine, coarse = round_up(v, g, FINER), round_up(v, g, COARSE)
    assert fine <= coarse


def test_twelve_regions_have_finer_sizes() -> None:
    assert len(regions_with_finer_sizes()) == 12
    assert len(specs(FINER)) > len(specs(COARSE)) == len(specs("no-such-region"))


def test_what_no_pod_can_hold_is_an_error_with_the_largest_size() -> None:
    with pytest.raises(TooLargeError, match="larger than the largest serverless pod, 64 vCPU/512 GiB"):
        round_up(65, 1, FINER)


def test_acs_bills_what_is_asked_for() -> None:
    assert billed(4, 17.6, COARSE, acs=True) == Spec(4, 17.6)
    assert billed(4, 17.6, COARSE) == Spec(4, 32)


def test_neighbours_of_a_request_that_misses_its_row() -> None:
    assert nearest_row(4, 17.6, COARSE) == [Spec(4, 16), Spec(4, 32)]
    assert nearest_lower(4, 17.6, COARSE) == Spec(4, 16)
    assert nearest_lower(0.1, 0.1, COARSE) is None
    assert nearest_row(64, 600, COARSE) == [Spec(64, 512)]


@pytest.mark.parametrize(
    ("arguments", "mib"),
    [
        ({"heap_mib": 16384}, 18022),  # 16 GiB + 10 %: 17.6 GiB
        ({"heap_mib": 1024}, 1408),  # the floor of 384 MiB
        ({"heap_mib": 10240, "factor": 0.4}, 14336),
        ({"heap_mib": 14336, "overhead_mib": 2048}, 16384),
        ({"heap_mib": 4096, "overhead_mib": 512, "pyspark_mib": 1024, "offheap_mib": 512}, 6144),
    ],
)
def test_memory_request_follows_sparks_formula(arguments: dict[str, int], mib: int) -> None:
    assert memory_request(**arguments) == mib


@given(st.integers(2, 512), st.floats(0.05, 0.6))
def test_fitted_memory_fills_the_pod_and_keeps_the_overhead(gib: int, factor: float) -> None:
    memory = fit(gib, factor)
    assert memory_request(memory.heap_mib, overhead_mib=memory.overhead_mib) == gib * 1024
    assert memory.overhead_mib >= max(384, int(factor * memory.heap_mib) - 1)


def test_a_pod_too_small_for_a_heap_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 512 MiB"):
        fit(2, pyspark_mib=1200)


def test_fitting_heaps_are_given_for_every_row_of_a_width() -> None:
    heaps = fitting_heaps(4, COARSE)
    assert set(heaps) == {Spec(4, g) for g in (2, 4, 8, 16, 32)}
    assert all(m.heap_mib + m.overhead_mib == s.gib * 1024 for s, m in heaps.items())
