"""Addresses and ports inside the node. They are the same in every sandbox: each node has its own network namespace."""

NODE_NAME = "sandbox-node"
NODE_ADDRESS = "10.87.0.2"
POD_RANGE = "10.88.0.0/16"
API_SERVICE = "10.96.0.1"
"""First address of the services: where pods find the API server."""
DNS_SERVICE = "10.96.0.10"
DNS_DOMAIN = "cluster.local"

PORTS = {
    "kube-apiserver": 6443,  # policies see the port behind a service, and the platform's allow 443 and 6443
    "etcd": 2379,
    "etcd-peer": 2380,
    "kube-controller-manager": 10257,
    "kube-scheduler": 10259,
    "containerd": 10230,
    "kubelet": 10248,  # its health; the API itself is on KUBELET_PORT
    "kube-proxy": 10256,
    "network-policies": 10231,
    "volumes": 10232,
}
"""Port on which each process shows that it is well, by the process's name."""
KUBELET_PORT = 10250

CLOUD_ADDRESSES = ("100.100.0.9", "100.100.100.200")
"""Addresses on the node at which parts of the cloud are played: object storage, and the metadata service."""
CLOUD_NAMES = {
    "cn-hangzhou.oss-dls.aliyuncs.com": "100.100.0.9",
    "oss-cn-hangzhou-internal.aliyuncs.com": "100.100.0.9",
}
"""Names that the cluster's DNS answers itself."""
