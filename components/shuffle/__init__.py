"""The remote shuffle service, Apache Celeborn. The component is `components.shuffle.service.ShuffleService`.

This file stays empty of imports: the models and the Spark configuration read `keys` and `client` without the SDKs.
"""
