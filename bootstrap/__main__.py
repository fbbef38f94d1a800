"""Once per account: the state's bucket and CI's identities, before anything else exists."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # the components are next to this folder, not in it

import pulumi  # noqa: E402

from bootstrap.identities import CiIdentities  # noqa: E402
from bootstrap.inside import network, registry  # noqa: E402
from bootstrap.names import state_url  # noqa: E402
from bootstrap.settings import load  # noqa: E402
from bootstrap.state import StateBucket  # noqa: E402

settings = load()
StateBucket("state", settings.state, settings.tags)
identities = CiIdentities("ci", settings)
networks = {e.name: network(e, e.network, settings.tags) for e in settings.environments if e.network is not None}
images = registry(settings)
pulumi.export("account", settings.account)
pulumi.export("stateUrl", state_url(settings.state.bucket, settings.state.region))
pulumi.export("roles", identities.role_arns)
pulumi.export("networks", networks)
pulumi.export("registryId", images.instance_id if images else None)
