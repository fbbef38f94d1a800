"""OSS buckets as resources describe them: directly, or inside a ROS template."""

import json
from collections.abc import Iterator, Sequence

from policies.base.view import Props, Unreadable, View, of_types
from policies.resources.types import BUCKET, ROS_STACK


def template_buckets(view: View) -> Iterator[Props]:
    """The properties of the OSS buckets in a ROS template. Raises Unreadable when the template is not JSON."""
    return (r.at("Properties") for r in _template(view) if r.text("Type") == "ALIYUN::OSS::Bucket")


def template_types(view: View) -> list[str]:
    """The types of the resources in a ROS template. Raises Unreadable when the template is not JSON."""
    return [r.text("Type") or "a resource without type" for r in _template(view)]


def _template(view: View) -> Iterator[Props]:
    text = view.props.text("templateBody")
    if text is None:
        return
    try:
        resources = Props(json.loads(text), ("templateBody",)).at("Resources")
    except (ValueError, RecursionError):
        raise Unreadable("templateBody", "JSON") from None
    yield from (resources.at(name) for name in resources.keys())  # noqa: SIM118 - not a dict


def buckets(views: Sequence[View]) -> dict[str, View]:
    """The buckets a stack creates, by name, with those of ROS templates."""
    by_name: dict[str, View] = {}
    for view in of_types(views, BUCKET, ROS_STACK):
        if view.type == BUCKET:
            by_name[view.props.text("bucket") or view.name] = view
        else:
            by_name |= {b.text("BucketName") or view.name: view for b in template_buckets(view)}
    return by_name
